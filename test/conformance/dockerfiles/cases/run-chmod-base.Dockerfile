FROM test/corpus:1
RUN chmod 700 /etc/motd /data
