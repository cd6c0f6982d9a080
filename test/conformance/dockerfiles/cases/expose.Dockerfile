FROM test/corpus:1
ENV P=7
EXPOSE 80 443/tcp 53/udp 8000-8002 $P
