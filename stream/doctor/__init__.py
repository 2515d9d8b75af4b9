"""What `stethos doctor` looks at, one file an area; each gives check results, good or with the way to mend it."""
