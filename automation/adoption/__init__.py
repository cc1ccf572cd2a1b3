"""Taking up a dealership's own register: its headers understood by meaning, a proposal made of it, and carried out."""
