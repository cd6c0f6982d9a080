# check=error=true
FROM test/corpus:1
CMD echo x
