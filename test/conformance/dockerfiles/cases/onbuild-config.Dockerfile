FROM test/corpus:1
ONBUILD RUN echo x >/out
ONBUILD COPY a.txt /
