FROM test/corpus:1
RUN rm -r /data
