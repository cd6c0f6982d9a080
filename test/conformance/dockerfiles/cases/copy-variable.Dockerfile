FROM test/corpus:1
ARG S=a
ENV T=/t
COPY ${S}.txt $T/$S.txt
