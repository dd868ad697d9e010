#!/bin/sh
# Pretrains the attention of `fast` on all pictures in which people are known.
#
#     sh experiments/recipes/attention.sh DATA WORK
#
# DATA holds people/{images,masks}, people2/{ccp,coco128,pennfudan,crowds,sports,
# jetson}, davis/{person,background} and background/*, each with masks/, boxes.json
# (drawn) or detected.json (a detector's, with scores) beside its images.
# Everything made goes to WORK; run again, it goes on where it was.
#
# Where a detector is in doubt, nobody has looked: such a picture teaches nothing.
# Every fourth picture of coco128 and pennfudan and every eighth of people and ccp
# is held out, and so are the sets without people, kodak and coco128.
set -eu
data=$1
work=$2
python=${PYTHON:-python}
mkdir -p "$work"

take() {  # take NAME IMAGES BOXES EVERY: links to train/NAME and held/NAME, records
    name=$1 images=$2 boxes=$3 every=$4 number=0
    for photo in "$images"/*.jpg "$images"/*.png; do
        [ -e "$photo" ] || continue
        number=$((number + 1))
        part=train
        if [ "$every" -gt 0 ] && [ $((number % every)) = 0 ]; then part=held; fi
        mkdir -p "$work/$part/$name"
        ln -sf "$(realpath "$photo")" "$work/$part/$name/"
    done
    for part in train held; do
        if [ -d "$work/$part/$name" ]; then
            "$python" -m data_prep.make_records --dataset=photos \
                --source="$work/$part/$name" --boxes="$boxes" \
                --sure_score=0.35 --doubtful_score=0.15 \
                --output="$work/records/$part/$name"
        fi
    done
}

for set in people people2/ccp; do
    name=${set#*/}
    if [ ! -e "$work/$name.json" ]; then
        "$python" -m data_prep.import_boxes --format=masks --images="$data/$set/images" \
            --source="$data/$set/masks" --output="$work/$name.json"
    fi
    take "$name" "$data/$set/images" "$work/$name.json" 8
done
take coco128 "$data/people2/coco128/images" "$data/people2/coco128/boxes.json" 4
take pennfudan "$data/people2/pennfudan/images" "$data/people2/pennfudan/boxes.json" 4
for set in people2/crowds people2/sports people2/jetson davis/person davis/background \
        background/polyu background/sceaux background/campus; do
    take "$(echo "$set" | tr / _)" "$data/$set/images" "$data/$set/detected.json" 0
done
for set in cbsd68 urban100; do
    take "$set" "$data/background/$set" "$data/background/$set/detected.json" 0
done
take kodak "$data/background/kodak" "$data/background/kodak/detected.json" 1
take nobody "$data/background/coco128/images" "$data/background/coco128/detected.json" 1

records=
for set in "$work"/train/*; do
    records=$records${records:+,}$work/records/train/$(basename "$set")
done

# Mostly sharp: people look alike in both, and the blur takes time to make.
"$python" -m experiments.pretrain_attention --preset=fast \
    --records="$records" \
    --validation="$work/records/held/coco128,$work/records/held/pennfudan" \
    --run="$work/attention" --crop_size=224 --batch_size=10 \
    --steps="${ATTENTION_STEPS:-1300}" --optimizer=muon --learning_rate=1.5e-3 \
    --schedule=cosine --warmup_steps=100 --clip_norm=1 --ema=0.995 \
    --patches_per_picture=3 --recolour --upright --max_motion=32 \
    --median_motion=8 --sharp_share=0.7 --noise_share=0.1 --odd_share=0.02

for set in coco128 pennfudan; do
    "$python" -m experiments.score_attention --model="$work/attention" \
        --images="$work/held/$set" --boxes="$data/people2/$set/boxes.json"
done
