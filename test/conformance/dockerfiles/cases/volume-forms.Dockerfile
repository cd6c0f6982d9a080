FROM test/corpus:1
VOLUME /a /b
VOLUME ["/c d"]
ENV V=/e
VOLUME $V
