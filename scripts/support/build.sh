# Sourced by run, test and bench: set-up when it is missing, then configure and build.
# build_preset PRESET [TARGET...] leaves the binaries in build/PRESET/bin.

build_preset() {
  local preset=$1
  shift
  "$root/scripts/setup"
  if [ ! -f "$root/build/$preset/build.ninja" ]; then
    echo "build: configuring $preset"
    cmake -S "$root" --preset "$preset" >"$root/build-$preset.log" 2>&1 || {
      cat "$root/build-$preset.log" >&2
      rm -f "$root/build-$preset.log"
      return 1
    }
    rm -f "$root/build-$preset.log"
  fi
  echo "build: $preset (the first time takes several minutes on two cores)"
  NINJA_STATUS='build: [%f/%t %es] ' ninja -C "$root/build/$preset" "$@"
}
