FROM test/corpus:1
RUN --mount=type=bind,source=dir,target=/m ls /m | sort >/list
