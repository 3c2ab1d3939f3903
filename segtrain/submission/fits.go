package submission

import "path"

// Fits tells before anything is predicted whether masks of the images with these ids, found in a folder of pictures, are what a sample
// wants. Errors are those that Write would have after hours: a *MismatchError, a class that is none.
func Fits(ids []string, folder string, s Spec, o Options) error {
	m := &Masks{dir: folder, task: s.Task, classes: s.Classes, ids: ids, byName: map[string]int{}}
	m.index()
	if err := s.Check(); err != nil {
		return err
	}
	var err error
	if s.Format == RLE {
		_, _, err = s.tableItems(m, o.Sample, o.Partial)
	} else {
		_, _, err = s.fileItems(m, o.Pictures, o.Partial)
	}
	return err
}

// index makes images findable by their ids and, where only one has it, by their file names.
func (m *Masks) index() {
	for i, id := range m.ids {
		m.byName[id] = i
	}
	for i, id := range m.ids {
		name := path.Base(id)
		if other, twice := m.byName[name]; twice && other != i && name != id {
			if other < 0 || m.ids[other] != name { // an id is itself before it is another's file name
				m.byName[name] = -1
			}
			continue
		}
		m.byName[name] = i
	}
}
