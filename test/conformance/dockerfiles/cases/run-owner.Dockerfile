FROM test/corpus:1
RUN touch /f && chown 1000:2000 /f && chown -h 5:6 /etc
