# Short names for the same commands; ./run says what each does.
.PHONY: demo test lint types docs check lock
demo test lint types docs lock:
	./run $@
check: lint types test
	./run docs --check
