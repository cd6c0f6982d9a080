FROM test/corpus:1
RUN --mount=type=bind,target=/m cat /m/a.txt >/out && ls /m | sort >/list
