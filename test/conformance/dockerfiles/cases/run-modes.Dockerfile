FROM test/corpus:1
RUN touch /f && chmod 6755 /f && mkdir -m 1777 /d && ln -s f /l && ln /f /h && mkfifo /p
