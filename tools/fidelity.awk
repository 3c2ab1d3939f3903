# The lines of golden.Report in the output of "go test -v" as a table: of each part and comparison the error that came
# closest to what was allowed.
BEGIN { print "| part | what is compared | off by | allowed | reference |\n|---|---|---|---|---|" }
/^ *(--- )?FAIL/ { print > "/dev/stderr" }
/ fidelity \| / {
	sub(/.* fidelity \| /, "")
	split($0, f, " [|] ")
	key = f[1] " | " f[2]
	share = f[3] == 0 ? 0 : f[4] == 0 ? 1e30 : f[3] / f[4]
	if (!(key in worst) || share > worst[key]) {
		worst[key] = share
		row[key] = f[4] == 0 ? "equal | equal" : (f[3] == 0 ? "0" : f[3]) " | " f[4]
		reference[key] = f[5]
	}
}
END {
	fflush()
	for (key in row)
		print "| " key " | " row[key] " | " reference[key] " |" | "LC_ALL=C sort"
}
