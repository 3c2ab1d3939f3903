#!/bin/sh
# What single steps of a competition's workflow gain on CamVid, out of fold: the table of docs/workflow.md.
#
#   examples/gains.sh CAMVID OUT train SEED [NAME...]   the baseline and what needs training of its own, two folds each
#   examples/gains.sh CAMVID OUT measure SEED           what is measured on finished runs: views, ensembles, averages
#   examples/gains.sh CAMVID OUT compare                all seeds that are there
#
# CAMVID holds train, trainannot, val and valannot (examples/camvid.yaml). segtrain and an encoder must be there:
#
#   segtrain weights import efficientnet-lite0-57934424.pth --encoder timm-tf_efficientnet_lite0 --as imagenet
#
# A seed takes some 16 minutes of one processor. Repeat a command that was interrupted: what is done is not done again.
set -eu

camvid=$(cd "$1" && pwd) out=$2 part=$3 seed=${4:-}
config=$(dirname "$0")/camvid.yaml
mkdir -p "$out"
out=$(cd "$out" && pwd)

# cross NAME [FLAG...] trains two folds. Only the last epoch is measured, so that no epoch is chosen by the images it is measured on.
cross() {
  dir=$out/$1/s$seed
  shift
  test -f "$dir/cv.json" || segtrain cv "$config" --quiet --threads 1 --kind kfold --k 2 --out "$dir" \
    --set "data.images=$camvid/train" --set "data.masks=$camvid/trainannot" --set 'data.val={}' --set 'data.size=[96, 128]' \
    --set 'data.mean=[0.5, 0.5, 0.5]' --set 'data.std=[0.5, 0.5, 0.5]' \
    --set model.encoder=timm-tf_efficientnet_lite0 --set model.encoder_weights=imagenet \
    --set 'model.decoder_channels=[128, 64, 32, 16, 16]' --set optim.lr=0.003 \
    --set train.batch=4 --set train.epochs=5 --set train.val_every=5 --set "train.seed=$seed" "$@" > /dev/null
}

# half NAME [FLAG...] does so where every second mask is hidden, with twice the epochs: as many steps as the others.
half() {
  name=$1
  shift
  test -f "$out/half.csv" ||
    ls "$camvid/train" | awk -v d="$camvid" 'BEGIN { print "image,mask,id" } NR % 2 { id = $0; sub(/\.png$/, "", id)
      print d "/train/" $0 "," d "/trainannot/" $0 "," id }' > "$out/half.csv"
  cross "$name" --set data.kind=csv --set "data.manifest=$out/half.csv" --set data.images= --set data.masks= \
    --set train.epochs=10 --set train.val_every=10 "$@"
}

# labels NAME FLAG... has the models of half label the pictures whose masks are hidden, once for each seed.
labels() {
  name=$1
  shift
  test -f "$out/$name/s$seed/manifest.json" || segtrain pseudo "$out/half/s$seed" $(ls -d "$camvid"/train/* | awk 'NR % 2 == 0') \
    --quiet --threads 1 --agreement 1 "$@" --out "$out/$name/s$seed"
}

train() {
  case $1 in
  base) cross base ;;
  smoothing) cross smoothing --set 'loss=[{cross_entropy: {smoothing: 0.1}}]' ;;
  cutmix) cross cutmix --set 'mix=[CutMix]' ;;
  lookahead) cross lookahead --set 'optim.lookahead={k: 5, alpha: 0.5}' ;;
  swa) cross swa --set train.swa=true --set 'schedule.swa={start_epoch: 3, cycle_epochs: 0.5, rate: 0.0015, min_rate: 0.0003}' ;;
  half) half half ;;
  pseudo)
    labels labels --threshold 0.9 --min-kept 0.2
    half pseudo --set "pseudo.manifest=$out/labels/s$seed" --set pseudo.rate=0.5
    ;;
  soft | all)
    labels softlabels --threshold 0 --min-kept 0 --soft
    case $1 in soft) soft=true ;; *) soft=false ;; esac
    half "$1" --set "pseudo.manifest=$out/softlabels/s$seed" --set pseudo.rate=0.5 --set "pseudo.soft=$soft"
    ;;
  larger) cross larger --set 'data.size=[128, 160]' ;;
  *) echo "nothing to train is called $1" >&2 && exit 2 ;;
  esac
}

# score FILE prints the first mean IoU of what --json printed, score FILE full that at the images' own sizes.
score() { awk -F '[:,]' -v full="${2:-}" '/"full_size"/ { full = "" } /"mean_iou"/ && full == "" { print $2 + 0; exit }' "$1"; }

# once FILE COMMAND... writes what a command prints to a file, unless that is there.
once() {
  file=$to/$1.json
  shift
  test -f "$file" || { segtrain "$@" --quiet --json > "$file.tmp" && mv "$file.tmp" "$file"; }
}

# views measures test-time augmentation on 60 images of each fold that its model did not train on.
views() {
  once views tta "$out/base/s$seed" --threads 1 --images 60 --views hflip --views scale=0.75:1.25
  awk -F '[:,]' -v s="$seed" '/"mean_iou"/ { v[n++] = $2 + 0 }
    END { print "hflip", s, v[0], v[1]; print "scales", s, v[0], v[2] }' "$to/views.json"
}

# seen NAME RUN [FLAG...] measures on the images of val, which nothing trained on, at their own sizes.
seen() {
  name=$1
  shift
  once "$name" eval "$@" --threads 1 --images "$camvid/val" --masks "$camvid/valannot"
}

# folds measures both folds together, and each alone.
folds() {
  seen folds "$out/base/s$seed"
  seen fold0 "$out/base/s$seed/fold0" --full-size
  seen fold1 "$out/base/s$seed/fold1" --full-size
  echo "$(score "$to/fold0.json" full) $(score "$to/fold1.json" full) $(score "$to/folds.json")" |
    awk -v s="$seed" '{ print "folds", s, ($1 + $2) / 2, $3 }'
}

# tiles measures the picture in four tiles that overlap, with both weights of their pixels, beside the whole picture.
tiles() {
  seen fold0 "$out/base/s$seed/fold0" --full-size
  for blend in gaussian flat; do
    seen "tiles-$blend" "$out/base/s$seed/fold0" --tile 64x96 --set predict.tile_scale=0.26667 --set "predict.blend=$blend"
    echo "tiles-$blend $seed $(score "$to/fold0.json" full) $(score "$to/tiles-$blend.json" full)"
  done
}

# swa measures the means of weights on the folds' own validation images, beside the last weights of the baseline.
swa() {
  once swa0 eval "$out/swa/s$seed/fold0" --threads 1 --weights swa
  once swa1 eval "$out/swa/s$seed/fold1" --threads 1 --weights swa
  echo "$(score "$out/base/s$seed/fold0/metrics.json") $(score "$out/base/s$seed/fold1/metrics.json")" \
    "$(score "$to/swa0.json") $(score "$to/swa1.json")" | awk -v s="$seed" '{ print "swa", s, ($1 + $2) / 2, ($3 + $4) / 2 }'
}

# together NAME CV... measures cross-validations out of fold, the best of them alone and all with equal weights.
together() {
  name=$1
  shift
  once "$name" ensemble "$@"
  awk -F '[:,]' -v n="$name" -v s="$seed" '/"mean_iou"/ && !equal { v = $2 + 0; if (v > best) best = v }
    /"equal"/ { equal = $2 + 0 } END { print n, s, best, equal }' "$to/$name.json"
}

measure() {
  to=$out/measured/s$seed
  mkdir -p "$to"
  views > "$to/table.tmp"
  folds >> "$to/table.tmp"
  tiles >> "$to/table.tmp"
  test ! -f "$out/swa/s$seed/cv.json" || swa >> "$to/table.tmp"
  test ! -f "$out/larger/s$seed/cv.json" || together sizes "$out/base/s$seed" "$out/larger/s$seed" >> "$to/table.tmp"
  other=$out/base/s$((seed % 3 + 1))
  test ! -f "$other/cv.json" || together seeds "$out/base/s$seed" "$other" >> "$to/table.tmp"
  mv "$to/table.tmp" "$to/table.txt"
  cat "$to/table.txt"
}

# judge reads lines of a name, a seed and two scores, and prints the gain of each name: mean over seeds and 95 % interval.
judge() {
  sort -s -k 1,1 | awk '
    function line(   mean, sd, noise) {
      mean = sum / n; noise = "?"
      if (n > 1) {
        sd = sqrt((squares - n * mean * mean) / (n - 1) + 1e-18)
        noise = sprintf("%.4f", t[n] * sd / sqrt(n))
      }
      printf("%-14s %.4f  %+.4f ± %s  of each seed:%s\n", name, before / n, mean, noise, each)
    }
    BEGIN { split("0 12.706 4.303", t, " ") } # of Student, for 1 and 2 degrees of freedom
    $1 != name { if (n) line(); name = $1; n = sum = squares = before = 0; each = "" }
    { d = $4 - $3; n++; before += $3; sum += d; squares += d * d; each = each sprintf(" %+.4f", d) }
    END { if (n) line() }'
}

# pairs prints name, seed and the mean scores of two folds of two cross-validations, for the seeds that both have.
pairs() {
  for s in 1 2 3; do
    a=$out/$2/s$s b=$out/$1/s$s
    test ! -f "$a/cv.json" || test ! -f "$b/cv.json" || echo "$(score "$a/fold0/metrics.json") $(score "$a/fold1/metrics.json")" \
      "$(score "$b/fold0/metrics.json") $(score "$b/fold1/metrics.json")" |
      awk -v n="$1" -v s="$s" '{ print n, s, ($1 + $2) / 2, ($3 + $4) / 2 }'
  done
}

# floor prints how far seeds of the baseline differ from each other.
floor() {
  pairs base base | awk '{ n++; sum += $3; squares += $3 * $3; each = each sprintf(" %.4f", $3) }
    END { if (n > 1) printf("base %.4f, standard deviation of %d seeds %.4f:%s\n", sum / n, n, sqrt((squares - sum * sum / n) / (n - 1)), each) }'
}

compare() {
  floor
  echo "the score without, the gain and its 95 % interval over seeds"
  {
    for name in smoothing cutmix lookahead larger; do pairs "$name" base; done
    pairs pseudo half
    pairs soft half
    pairs all half
    cat "$out"/measured/s*/table.txt
  } | judge
  for pair in 'smoothing base' 'cutmix base' 'lookahead base' 'larger base' 'pseudo half' 'soft half' 'all half' 'soft all'; do
    set -- $pair
    test ! -f "$out/$1/s2/cv.json" || segtrain runs compare --root "$out" "$1" "$2" --over seeds
  done
}

case $part in
train)
  shift 4
  test $# -gt 0 || set -- base smoothing cutmix lookahead swa half pseudo soft all larger
  for name; do train "$name"; done
  ;;
measure) measure ;;
compare) compare ;;
*)
  echo "train, measure or compare, not $part" >&2
  exit 2
  ;;
esac
