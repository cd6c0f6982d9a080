FROM test/corpus:1 AS a
FROM a
COPY --from=a /etc/motd /
ADD a.txt /
