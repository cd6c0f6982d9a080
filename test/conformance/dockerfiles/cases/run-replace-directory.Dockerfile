FROM test/corpus:1
RUN rm -r /data && mkdir /data && echo x >/data/new
