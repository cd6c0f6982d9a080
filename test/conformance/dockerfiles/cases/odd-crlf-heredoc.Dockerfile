FROM test/corpus:1
RUN <<E
echo x >/out
E
COPY <<F /f
text
F
