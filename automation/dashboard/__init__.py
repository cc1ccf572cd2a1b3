"""看板.html: what a pass knows, as one page that management opens from the share."""
