FROM scratch
COPY --from=test/corpus:1 /etc/motd /data/ /x/
