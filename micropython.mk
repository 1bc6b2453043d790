# mpickle as a user C module of the ports that are built with make:
#
#   make -C ports/unix USER_C_MODULES=DIR        where DIR/mpickle is this directory, or a link to it
#
# Cargo must be there, with the standard library of the firmware's target (rustup target add), and libclang.
#
# Variables:
#   MPICKLE_<NAME>=0      leave a feature out, and those that need it; the names are the default features in
#                         rust/mpickle/Cargo.toml
#   MPICKLE_RUST_TARGET   the Rust target, where scripts/lib/rust_target.py cannot tell it from the C compiler
#   MPICKLE_OBJECT=FILE   the Rust side of the same version, compiled elsewhere for the same Rust target, with all features
#                         (scripts/release makes such objects): neither cargo nor libclang is needed then
#   CARGO_PROFILE_RELEASE_OPT_LEVEL   in the environment: 3 where speed is worth more than room

MPICKLE_DIR := $(USERMOD_DIR)
MPICKLE_O := $(BUILD)/mpickle/mpickle.o

# The glue. Only what is listed here is scanned for interned strings and module registrations.
MPICKLE_SRC := $(MPICKLE_DIR)/rust/glue/modmpickle.c $(sort $(wildcard $(MPICKLE_DIR)/rust/glue/shim*.c))
MPICKLE_GLUE_O := $(addprefix $(BUILD)/,$(patsubst $(USER_C_MODULES)/%.c,%.o,$(MPICKLE_SRC)))
SRC_USERMOD_C += $(MPICKLE_SRC)

# MicroPython's own headers have unused parameters.
$(MPICKLE_GLUE_O): CFLAGS += -Wall -Wextra -Werror -Wno-unused-parameter -fno-asynchronous-unwind-tables

# Feature switches: MPICKLE_NAME=0/1 for each default feature "name" of the crate. One is on if those that it needs are.
mpickle_list = $(shell sed -n 's/^$(1) = \[\(.*\)\]/\1/p' $(MPICKLE_DIR)/rust/mpickle/Cargo.toml | tr -d '" ' | tr ',' ' ')
MPICKLE_FEATURES := $(call mpickle_list,default)
mpickle_switch = MPICKLE_$(shell echo $(1) | tr a-z- A-Z_)
mpickle_switches = $(foreach f,$(1),$($(call mpickle_switch,$(f))))
$(foreach f,$(MPICKLE_FEATURES),$(eval $(call mpickle_switch,$(f)) ?= 1))
mpickle_comma := ,
mpickle_space := $(subst ,, )
MPICKLE_CARGO_FEATURES := $(foreach f,$(MPICKLE_FEATURES),$(if $(filter 0,$(call mpickle_switches,$(f) $(call mpickle_list,$(f)))),,$(f)))
CFLAGS_USERMOD += $(foreach f,$(MPICKLE_FEATURES),-D$(call mpickle_switch,$(f))=$(if $(filter $(f),$(MPICKLE_CARGO_FEATURES)),1,0))

# The scan for interned strings does not notice another set of features. This file changes with it. What was found in a
# file that now has nothing would stay, so it is forgotten.
MPICKLE_SWITCHES := $(BUILD)/mpickle/switches
QSTR_GLOBAL_DEPENDENCIES += $(MPICKLE_SWITCHES)
$(MPICKLE_GLUE_O): $(MPICKLE_SWITCHES)
$(MPICKLE_SWITCHES): mpickle-always
	$(Q)$(MKDIR) -p $(@D)
	$(Q)echo "$(MPICKLE_CARGO_FEATURES)" | cmp -s - $@ || { \
		$(RM) -rf $(addprefix $(HEADER_BUILD)/,qstr root_pointers moduledefs); echo "$(MPICKLE_CARGO_FEATURES)" > $@; }

# The Rust side, one relocatable object. Cargo knows best whether there is anything to do, so it is always asked;
# the file changes only when its content does. That the glue depends on it is what links the firmware anew.
LDFLAGS_USERMOD += $(MPICKLE_O)
$(MPICKLE_GLUE_O): $(MPICKLE_O)
ifneq ($(MPICKLE_OBJECT),)
MPICKLE_VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' $(MPICKLE_DIR)/Cargo.toml)
ifeq ($(findstring mpickle-$(MPICKLE_VERSION)-,$(notdir $(MPICKLE_OBJECT))),)
$(error MPICKLE_OBJECT=$(MPICKLE_OBJECT) is not of mpickle $(MPICKLE_VERSION), by its name)
endif
$(MPICKLE_O): mpickle-always
	$(Q)$(MKDIR) -p $(@D)
	$(Q)cmp -s $(MPICKLE_OBJECT) $@ || cp $(MPICKLE_OBJECT) $@
else
$(MPICKLE_O): export MPICKLE_FIRMWARE_CFLAGS = $(CFLAGS)
# After the scans: MicroPython remembers which sources it has scanned even if the build stops before it has used what
# it found, as it would when Rust does not compile. The names would be missing from then on.
$(MPICKLE_O): mpickle-always | $(addprefix $(HEADER_BUILD)/,qstr.split moduledefs.split root_pointers.split \
		$(if $(filter 1,$(MICROPY_ROM_TEXT_COMPRESSION)),compressed.split))
	$(ECHO) "CARGO $@"
	$(Q)$(PYTHON) $(realpath $(MPICKLE_DIR))/scripts/lib/rust_object.py --out $@ --cc "$(CC)" --objcopy "$(OBJCOPY)" \
		--features="$(subst $(mpickle_space),$(mpickle_comma),$(strip $(MPICKLE_CARGO_FEATURES)))" --rust-target="$(MPICKLE_RUST_TARGET)" $(if $(filter-out 0,$(DEBUG)),--debug)
endif

# What is frozen leaves out the names that the firmware has besides, and is not made anew when those change.
$(BUILD)/frozen_content.c: mpickle-names
mpickle-names: $(HEADER_BUILD)/qstrdefs.generated.h
	$(Q)test $(BUILD)/frozen_content.c -nt $< || $(RM) -f $(BUILD)/frozen_content.c

.PHONY: mpickle-always mpickle-names
mpickle-always:
