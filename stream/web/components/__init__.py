"""Elements of NiceGUI that the pages share."""
