"""Components that the pages share, made of NiceGUI's elements."""
