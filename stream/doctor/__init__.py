"""What `stethos doctor` looks at, one file an area; each gives results, good or with the way to mend them."""
