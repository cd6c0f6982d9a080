FROM test/corpus:1
RUN rm -r /data && echo x >/data
