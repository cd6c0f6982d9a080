FROM test/corpus:1
RUN rm /etc/motd
