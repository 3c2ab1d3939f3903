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
# A seed takes some 12 minutes of one processor. Repeat a command that was interrupted: what is done is not done again.
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

# labels has the models of half label the pictures whose masks are hidden, once for each seed.
labels() {
  test -f "$out/labels/s$seed/manifest.json" || segtrain pseudo "$out/half/s$seed" $(ls -d "$camvid"/train/* | awk 'NR % 2 == 0') \
    --quiet --threads 1 --threshold 0.9 --agreement 1 --min-kept 0.2 --out "$out/labels/s$seed"
}

train() {
  case $1 in
  base) cross base ;;
  smoothing) cross smoothing --set 'loss=[{cross_entropy: {smoothing: 0.1}}]' ;;
  cutmix) cross cutmix --set 'mix=[CutMix]' ;;
  lookahead) cross lookahead --set 'optim.lookahead={k: 5, alpha: 0.5}' ;;
  swa) cross swa --set train.swa=true --set 'schedule.swa={start_epoch: 3, cycle_epochs: 0.5, rate: 0.0015, min_rate: 0.0003}' ;;
  half) half half ;;
  pseudo) labels && half pseudo --set "pseudo.manifest=$out/labels/s$seed" --set pseudo.rate=0.5 ;;
  larger) cross larger --set 'data.size=[128, 160]' ;;
  *) echo "nothing to train is called $1" >&2 && exit 2 ;;
  esac
}

case $part in
train)
  shift 4
  test $# -gt 0 || set -- base smoothing cutmix lookahead swa half pseudo larger
  for name; do train "$name"; done
  ;;
*)
  echo "train, measure or compare, not $part" >&2
  exit 2
  ;;
esac
