#!/usr/bin/env bash
# The poet's base from the corpus: text of all Tang poems and half of the Song poems without the held-out ones, then the pre-training.
# Started again, it goes on where it was stopped. Further options are those of `shiren pretrain`, which overrule those given here.
#
#   scripts/poet-base.sh CHINESE_POETRY SONG_FILE OUT [--steps 12000 …]
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
tang=$(realpath "$1") song=$(realpath "$2") out=$(realpath -m "$3")
shift 3
shiren="node $(dirname "$(realpath "$0")")/../bin/shiren.js"

[ -e "$out/full/held-out.txt" ] || $shiren data build --source "$tang" --out "$out/full" --test-share 0.02 --validation-share 0.01
text() { [ -e "$out/$1" ] || $shiren data text --exclude "$out/full/held-out.txt" --out "$out/$1" "${@:2}"; }
text tang.txt --source "$tang"
text song-1.txt --source "$song" --part 1/2
# The other half is for the judge of fluency (shiren eval --fluency).
text song-2.txt --source "$song" --part 2/2

exec $shiren pretrain --text "$out/tang.txt" "$out/tang.txt" "$out/song-1.txt" \
  --validation-text "$out/full/held-out.txt" --validation 1000 \
  --steps 12000 --tokens-per-step 4096 --learning-rate 2e-3 --hidden-size 320 --layers 7 --intermediate-size 960 \
  --out "$out/base" "$@"
