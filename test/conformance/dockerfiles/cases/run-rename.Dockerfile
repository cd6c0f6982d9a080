FROM test/corpus:1
RUN mv /data/one /data/renamed && mv /data/deep /moved
