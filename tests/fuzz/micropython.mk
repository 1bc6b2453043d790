# A user C module for the firmware that is fuzzed (scripts/fuzz): libFuzzer; AddressSanitizer for everything, the
# undefined behaviour sanitizer for the glue, coverage of the glue and of Rust.
#
# FUZZ_MUTATOR is the library of rust/fuzz/mutator.
CC = clang-14
STRIP = true
FUZZ_DIR := $(USERMOD_DIR)

SRC_USERMOD_C += $(USERMOD_DIR)/fuzz.c
CFLAGS += -fsanitize=address -fsanitize-address-use-after-return=never -fno-omit-frame-pointer -g1 -Wno-error
LDFLAGS_USERMOD += -fsanitize=address,undefined $(FUZZ_MUTATOR) -Wl,-u,LLVMFuzzerCustomMutator \
	$(shell clang-14 -print-file-name=libclang_rt.fuzzer_no_main-x86_64.a) -lstdc++

$(BUILD)/mpickle/rust/glue/%.o: CFLAGS += -fsanitize=fuzzer-no-link,undefined -fno-sanitize-recover=undefined
$(BUILD)/py/gc.o: CFLAGS += -fno-sanitize=address -include $(FUZZ_DIR)/unsanitized.h

# Rust has the same sanitizer, which its stable compiler keeps to itself otherwise.
export RUSTC_BOOTSTRAP = 1
export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS = $(FUZZ_RUSTFLAGS)
