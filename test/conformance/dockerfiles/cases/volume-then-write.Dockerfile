FROM test/corpus:1
VOLUME /v
RUN echo x >/v/f || true
