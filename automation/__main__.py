"""``python -m automation`` is ``kesu``: what the task scheduler starts, without a console where Python can do without."""

from automation.cli import main

if __name__ == "__main__":
    main(prog_name="kesu")
