FROM test/corpus:1
RUN --mount=type=tmpfs,target=/t echo x >/t/f && cat /t/f >/out
