#!/bin/sh
# Trains the preset `fast` on a processor, with the settings of the shipped
# weights' last stage (their card tells the stages before it; their attention is
# an earlier one, without units).
#
#     sh experiments/recipes/fast.sh DATA WORK
#
# DATA holds people/{images,masks}, davis/person/{images,masks},
# davis/background/images, background/{kodak,cbsd68,urban100},
# gopro/train/SEQUENCE/{blur,sharp}, gopro240/GOPR0477_11_00.mp4 and what
# attention.sh takes.
# Everything made goes to WORK; run again, it goes on where it was.
#
# Real blur of GoPro is the target. Its pairs are averages of 8 or 10 frames of
# 240-fps video, some of the pixels as they are and some in linear light (of the
# four pairs whose frames we have, all are of 8, one as they are and three with
# a gamma of 2.2), so the video is averaged in both ways; 13 frames of it are as
# blurred as GoPro's harder pairs. Nearly all patches of photos get another blur
# each time they come up (--fresh_blur): a path as a hand makes it, the photo
# shrunk, averaged in both ways too. The rest keep people who move on paths of
# their own.
# GOPR0374 and GOPR0384 are held out, and every 21st photo of people.
#
# RESULTS.md tells what else was tried.
set -eu
data=$1
work=$2
python=${PYTHON:-python}
records=$work/records
mkdir -p "$work" "$records"

link() {  # link FOLDER PREFIX FILE...: the files, by names that don't clash
    folder=$1 prefix=$2
    shift 2
    mkdir -p "$folder"
    for file in "$@"; do ln -sf "$(realpath "$file")" "$folder/$prefix$(basename "$file")"; done
}

number=0
for photo in "$data"/people/images/*; do
    number=$((number + 1))
    if [ $((number % 21)) = 0 ]; then part=held; else part=train; fi
    link "$work/photos/people-$part" "" "$photo"
done
link "$work/photos/background" davis_ "$data"/davis/background/images/*
for set in kodak cbsd68 urban100; do
    link "$work/photos/background" "${set}_" "$data"/background/$set/*
done

blur() {  # blur NAME SPLIT FLAG...
    name=$1 split=$2
    shift 2
    if [ ! -e "$work/$name/boxes-$split.json" ]; then
        "$python" -m data_prep.move_people --output="$work/$name" --split="$split" "$@"
    fi
    "$python" -m data_prep.make_records --dataset=hide --split="$split" \
        --source="$work/$name" --boxes="$work/$name/boxes-$split.json" \
        --output="$records/$name"
}

blur held test --images="$work/photos/people-held" --masks="$data/people/masks" \
    --short_side=400 --max_motion=24 --frames=15 --seed=99
blur people train --images="$work/photos/people-train" --masks="$data/people/masks" \
    --short_side=400 --max_motion=36 --frames=17 --copies=2 --seed=1
blur davis train --images="$data/davis/person/images" --masks="$data/davis/person/masks" \
    --max_motion=32 --frames=17 --seed=2
blur background train --images="$work/photos/background" \
    --short_side=480 --max_motion=56 --frames=19 --seed=3

# The video's averages, in GoPro's layout: nobody has drawn boxes there.
for average in 8-1 8-2.2 10-1 10-2.2 13-2.2; do
    averaged=$work/video/$average
    if [ ! -e "$averaged/done" ]; then
        "$python" -m data_prep.average_frames --output="$averaged" \
            --video="$data/gopro240/GOPR0477_11_00.mp4" \
            --frames="${average%-*}" --gamma="${average#*-}" --stride=6 \
            --max_motion=100
        touch "$averaged/done"
    fi
    sequence=$work/gopro/train/GOPR0477_11_00
    link "$sequence/blur" "${average}_" "$averaged"/train/*.png
    link "$sequence/sharp" "${average}_" "$averaged"/GT/*.png
done
for kind in blur sharp; do
    for copy in a b c; do  # GoPro's own pairs weigh three times as much
        link "$sequence/$kind" "${copy}_" "$data"/gopro/train/GOPR0477_11_00/$kind/*.png
    done
    for held in GOPR0374_11_00 GOPR0384_11_02; do
        link "$work/gopro-held/train/$held/$kind" "" "$data"/gopro/train/$held/$kind/*.png
    done
done
for name in gopro gopro-held; do
    "$python" -m data_prep.make_records --dataset=gopro \
        --source="$work/$name" --output="$records/$name"
done

PYTHON=$python sh "$(dirname "$0")/attention.sh" "$data" "$work/people-found"
"$python" -m experiments.train --preset=fast \
    --records="$records/people,$records/davis,$records/background,$records/gopro" \
    --validation="$records/gopro-held" --run="$work/fast" \
    --attention="$work/people-found/attention" --freeze_attention --crop_size=128 \
    --batch_size=8 --steps="${STEPS:-60000}" --optimizer=muon \
    --learning_rate=3.5e-4 --schedule=cosine --warmup_steps=300 \
    --clip_norm=0.5 --ema=0.998 --loss=charbonnier \
    --gopro_trains=background,primary --gopro_share=0.25 --fresh_blur=0.95 \
    --max_motion=56 --upright --patches_per_picture=12 \
    --precision=mixed_bfloat16

# What a unit may add is bounded, and the network goes on with pictures that need
# no deblurring among GoPro's: patterns, and photos with fine detail.
if [ ! -e "$work/bounded/model.weights.h5" ]; then
    "$python" -m experiments.calibrate --model="$work/fast" \
        --pictures="$work/gopro/train/GOPR0477_11_00,$work/photos/people-train,$data/background/kodak" \
        --output="$work/bounded"
fi
if [ ! -e "$work/still/train" ]; then
    "$python" -m experiments.recipes.sharp_pictures --count=1200 \
        --photos="$work/photos/people-train,$work/photos/background" \
        --output="$work/still"
fi
"$python" -m data_prep.make_records --dataset=gopro --source="$work/still" \
    --output="$records/still"
"$python" -m experiments.train --preset=fast --init="$work/bounded" \
    --records="$records/people,$records/gopro,$records/still" \
    --validation="$records/gopro-held" --run="$work/steady" \
    --freeze_attention --crop_size=96 --batch_size=8 \
    --steps="${STEADY_STEPS:-420}" --optimizer=muon --learning_rate=1.5e-4 \
    --schedule=cosine --warmup_steps=20 --clip_norm=0.5 --ema=0.99 \
    --loss=charbonnier --gopro_trains=background,primary --gopro_share=0.5 \
    --fresh_blur=0.9 --max_motion=56 --upright --patches_per_picture=4
