FROM test/corpus:1
CMD echo x
ENTRYPOINT foo
