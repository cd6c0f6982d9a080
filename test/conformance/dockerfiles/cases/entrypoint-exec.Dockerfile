FROM test/corpus:1
CMD ["x"]
ENTRYPOINT ["a"]
