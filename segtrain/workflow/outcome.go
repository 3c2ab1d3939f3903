package workflow

import (
	"math"
	"time"

	"tessera/segtrain/metric"
	"tessera/segtrain/record"
	"tessera/segtrain/train"
)

// writeResult logs what the run came to, and writes what it was for each image.
func (s *session) writeResult(m *Metrics, images []train.ImageScore) error {
	list := make([]record.ImageResult, len(images))
	for i, x := range images {
		list[i] = record.NewImageResult(x.ID, x.Score, x.Counts)
	}
	if err := s.run.WriteImages(list); err != nil {
		return err
	}
	r := record.Result{
		Scores: record.Scores{ValLoss: m.Loss, MeanIoU: float64(m.MeanIoU), MeanDice: float64(m.MeanDice),
			PixelAccuracy: float64(m.PixelAccuracy)},
		TrainLoss: metric.Score(m.TrainLoss), BestEpoch: m.BestEpoch, Epochs: m.Epochs, TrainImages: m.TrainImages, ValImages: m.ValImages,
		Fold: s.cfg.Data.Val.Fold, Seconds: m.Seconds, Classes: []record.ClassScore{},
	}
	for _, c := range m.PerClass {
		r.Classes = append(r.Classes, record.ClassScore{Name: c.Name, IoU: c.IoU, Dice: c.Dice})
	}
	return s.run.Append("result", r)
}

// openBoard begins a file for TensorBoard where the configuration wants one.
func (s *session) openBoard() (err error) {
	if s.cfg.Train.TensorBoard {
		s.board, err = record.NewBoard(s.run.Dir(), time.Now())
	}
	return err
}

// closeBoard ends the file for TensorBoard, if there is one.
func (s *session) closeBoard() error {
	if s.board == nil {
		return nil
	}
	return s.board.Close()
}

// plotStep shows a step in TensorBoard.
func (s *session) plotStep(x record.Step) error {
	if s.board == nil {
		return nil
	}
	return s.board.Add(time.Now(), x.Step, record.Scalar{Tag: "train/loss", Value: x.Loss}, record.Scalar{Tag: "train/lr", Value: x.LR},
		record.Scalar{Tag: "train/grad_norm", Value: x.GradNorm})
}

// plotEpoch shows an epoch in TensorBoard, by steps as the rest.
func (s *session) plotEpoch(x record.Epoch) error {
	if s.board == nil {
		return nil
	}
	ema := math.NaN()
	if x.EMA != nil {
		ema = x.EMA.MeanIoU
	}
	return s.board.Add(time.Now(), x.Step, record.Scalar{Tag: "train/epoch_loss", Value: x.TrainLoss},
		record.Scalar{Tag: "val/loss", Value: x.ValLoss}, record.Scalar{Tag: "val/mean_iou", Value: x.MeanIoU},
		record.Scalar{Tag: "val/mean_dice", Value: x.MeanDice}, record.Scalar{Tag: "val/pixel_accuracy", Value: x.PixelAccuracy},
		record.Scalar{Tag: "val/ema_mean_iou", Value: ema})
}
