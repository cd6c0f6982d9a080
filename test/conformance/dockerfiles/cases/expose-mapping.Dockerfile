FROM test/corpus:1
EXPOSE 8080:80
