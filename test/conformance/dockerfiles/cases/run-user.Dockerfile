FROM test/corpus:1
USER nobody
RUN id >/tmp/out
WORKDIR /tmp/w
RUN echo x 2>/dev/null >f || true
