FROM test/corpus:1
run true
RUN true
CMD ["x"]
