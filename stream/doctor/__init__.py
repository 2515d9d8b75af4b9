"""What `stethos doctor` looks at, one file an area; each gives findings, good or with the way to mend them."""
