// robfig/cron as a peer: N no-op jobs on one interval, phases spread evenly over it. Its own
// "@every" neither keeps a phase nor goes below a second, so each job has a schedule on a fixed
// grid. It does not tell a job its planned time: lateness is the distance to the job's last grid
// point, which flatters it once it is more than an interval behind.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/robfig/cron"
)

type grid struct {
	first    time.Time
	interval time.Duration
}

// Next is the first point of the grid after t.
func (g grid) Next(t time.Time) time.Time {
	if t.Before(g.first) {
		return g.first
	}
	return g.first.Add((t.Sub(g.first)/g.interval + 1) * g.interval)
}

func (g grid) last(t time.Time) time.Time {
	return g.first.Add(t.Sub(g.first) / g.interval * g.interval)
}

func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func residentMB() float64 {
	var pages, resident int
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		panic(err)
	}
	fmt.Sscan(strings.TrimSpace(string(text)), &pages, &resident)
	return float64(resident*os.Getpagesize()) / 1e6
}

func seconds(value float64) time.Duration { return time.Duration(value * float64(time.Second)) }

func main() {
	jobs := flag.Int("jobs", 1000, "")
	interval := flag.Float64("interval", 1, "")
	warmup := flag.Float64("warmup", 2, "")
	duration := flag.Float64("duration", 10, "")
	flag.Parse()

	base := time.Now().Add(time.Second)
	from := base.Add(seconds(*warmup))
	until := from.Add(seconds(*duration))
	var lock sync.Mutex
	latenesses := make([]time.Duration, 0, int(float64(*jobs)**duration / *interval)+*jobs)

	scheduler := cron.New()
	for i := 0; i < *jobs; i++ {
		own := grid{base.Add(seconds(*interval * float64(i) / float64(*jobs))), seconds(*interval)}
		scheduler.Schedule(own, cron.FuncJob(func() {
			now := time.Now()
			planned := own.last(now)
			if planned.Before(from) || !planned.Before(until) {
				return
			}
			lock.Lock()
			latenesses = append(latenesses, now.Sub(planned))
			lock.Unlock()
		}))
	}
	scheduler.Start()
	time.Sleep(time.Until(from))
	before := cpu()
	time.Sleep(time.Until(until))
	used := cpu() - before
	time.Sleep(500 * time.Millisecond)

	lock.Lock()
	defer lock.Unlock()
	sort.Slice(latenesses, func(a, b int) bool { return latenesses[a] < latenesses[b] })
	quantile := func(q float64) float64 {
		if len(latenesses) == 0 {
			return 0
		}
		at := int(q * float64(len(latenesses)))
		if at >= len(latenesses) {
			at = len(latenesses) - 1
		}
		return float64(latenesses[at]) / 1e6
	}
	starts := float64(len(latenesses))
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"jobs": *jobs, "expected": float64(*jobs) * *duration / *interval, "starts": starts,
		"starts_per_s": starts / *duration, "late_p50_ms": quantile(0.5),
		"late_p99_ms": quantile(0.99), "late_max_ms": quantile(1),
		"cpu_us_per_start": float64(used) / 1e3 / max(starts, 1),
		"host_rss_mb": residentMB(), "total_rss_mb": residentMB(),
	})
}

func max(a, b float64) float64 {
	if a > b {
		return a
	}
	return b
}
