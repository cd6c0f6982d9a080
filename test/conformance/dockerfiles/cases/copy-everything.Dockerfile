FROM test/corpus:1
COPY . /app
