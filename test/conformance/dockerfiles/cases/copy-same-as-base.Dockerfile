FROM test/corpus:1
COPY --from=test/corpus:1 /etc/motd /etc/motd
