"""Texts of mails and pages (Jinja2), read through ``importlib.resources``."""
