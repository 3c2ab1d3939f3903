#!/bin/sh
# What single steps of a competition's workflow gain on CamVid, out of fold: the table of docs/workflow.md.
#
#   examples/gains.sh CAMVID OUT train SEED      a baseline and everything that needs training of its own, two folds each
#   examples/gains.sh CAMVID OUT measure SEED    what is measured on finished runs: views, ensembles, averages
#   examples/gains.sh CAMVID OUT compare         all seeds that are there
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
  name=$1
  shift
  test -f "$out/$name/s$seed/cv.json" && return
  segtrain cv "$config" --quiet --threads 1 --kind kfold --k 2 --out "$out/$name/s$seed" \
    --set "data.images=$camvid/train" --set "data.masks=$camvid/trainannot" --set 'data.val={}' --set 'data.size=[96, 128]' \
    --set 'data.mean=[0.5, 0.5, 0.5]' --set 'data.std=[0.5, 0.5, 0.5]' \
    --set model.encoder=timm-tf_efficientnet_lite0 --set model.encoder_weights=imagenet \
    --set 'model.decoder_channels=[64, 32, 16, 16, 8]' \
    --set train.batch=4 --set train.epochs=4 --set train.val_every=4 --set "train.seed=$seed" "$@"
}

# half NAME [FLAG...] does so where every second mask is hidden, with twice the epochs: as many steps as the others.
half() {
  name=$1
  shift
  cross "$name" --set data.kind=csv --set "data.manifest=$out/half.csv" --set data.images= --set data.masks= \
    --set train.epochs=8 --set train.val_every=8 "$@"
}

# hidden prints the names of every second picture, shown those of the others.
hidden() { ls "$camvid/train" | awk 'NR % 2 == 0'; }
shown() { ls "$camvid/train" | awk 'NR % 2'; }

train() {
  test -f "$out/half.csv" ||
    shown | awk -v d="$camvid" 'BEGIN { print "image,mask,id" } { id = $0; sub(/\.png$/, "", id)
      print d "/train/" $0 "," d "/trainannot/" $0 "," id }' > "$out/half.csv"
  cross base
  cross smoothing --set 'loss=[{cross_entropy: {smoothing: 0.1}}]'
  cross cutmix --set 'mix=[CutMix]'
  cross lookahead --set 'optim.lookahead={k: 5, alpha: 0.5}'
  cross swa --set train.swa=true --set 'schedule.swa={start_epoch: 2, cycle_epochs: 0.5, rate: 0.0007, min_rate: 0.0002}'
  half half
  test -d "$out/labels/s$seed" || segtrain pseudo "$out/half/s$seed" $(hidden | sed "s:^:$camvid/train/:") --threads 1 --quiet \
    --threshold 0.9 --agreement 1 --min-kept 0.2 --out "$out/labels/s$seed"
  half pseudo --set "pseudo.manifest=$out/labels/s$seed" --set pseudo.rate=0.5
  cross larger --set 'data.size=[128, 160]'
}

case $part in
train) train ;;
*)
  echo "train or measure or compare, not $part" >&2
  exit 2
  ;;
esac
