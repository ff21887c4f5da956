import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobExecutionContext;
import org.quartz.Scheduler;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.TriggerBuilder;
import org.quartz.impl.StdSchedulerFactory;

/**
 * Quartz as a peer: N no-op jobs on one interval, phases spread evenly, RAM store and ten threads.
 * Its planned times have a resolution of one millisecond, and it starts early: lateness is signed.
 */
public final class Dispatch {
  private static long from;
  private static long until;
  private static float[] latenesses;
  private static final AtomicInteger starts = new AtomicInteger();

  /** The job that does nothing but note when it started. */
  public static final class NoOp implements Job {
    @Override
    public void execute(JobExecutionContext context) {
      Instant clock = Instant.now();
      double now = clock.getEpochSecond() * 1e3 + clock.getNano() / 1e6;
      long planned = context.getScheduledFireTime().getTime();
      if (planned < from || planned >= until) return;
      int index = starts.getAndIncrement();
      if (index < latenesses.length) latenesses[index] = (float) (now - planned);
    }
  }

  private static double option(String[] arguments, String name, double otherwise) {
    int at = Arrays.asList(arguments).indexOf("--" + name);
    return at < 0 ? otherwise : Double.parseDouble(arguments[at + 1]);
  }

  private static Scheduler scheduler() throws Exception {
    Properties properties = new Properties();
    properties.setProperty("org.quartz.scheduler.instanceName", "peer");
    properties.setProperty("org.quartz.scheduler.skipUpdateCheck", "true");
    properties.setProperty("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool");
    properties.setProperty("org.quartz.threadPool.threadCount", "10");
    properties.setProperty("org.quartz.jobStore.class", "org.quartz.simpl.RAMJobStore");
    return new StdSchedulerFactory(properties).getScheduler();
  }

  private static double quantile(float[] ordered, double q) {
    if (ordered.length == 0) return 0;
    return ordered[Math.min(ordered.length - 1, (int) (q * ordered.length))];
  }

  private static double residentMegabytes() throws Exception {
    String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ");
    return Long.parseLong(pages[1]) * 4096 / 1e6;
  }

  public static void main(String[] arguments) throws Exception {
    int jobs = (int) option(arguments, "jobs", 1000);
    double interval = option(arguments, "interval", 1);
    double duration = option(arguments, "duration", 10);
    // Adding jobs takes time; their first slot lies behind it.
    long base = System.currentTimeMillis() + 1000 + jobs / 20;
    from = base + (long) (option(arguments, "warmup", 2) * 1000);
    until = from + (long) (duration * 1000);
    double expected = jobs * duration / interval;
    latenesses = new float[(int) expected + jobs];

    Scheduler scheduler = scheduler();
    for (int i = 0; i < jobs; i++) {
      scheduler.scheduleJob(
          JobBuilder.newJob(NoOp.class).withIdentity("job-" + i).build(),
          TriggerBuilder.newTrigger()
              .startAt(new Date(base + (long) (interval * 1000 * i / jobs)))
              .withSchedule(
                  SimpleScheduleBuilder.simpleSchedule()
                      .withIntervalInMilliseconds((long) (interval * 1000))
                      .repeatForever())
              .build());
    }
    scheduler.start();
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Thread.sleep(Math.max(0, from - System.currentTimeMillis()));
    long cpu = system.getProcessCpuTime();
    Thread.sleep(Math.max(0, until - System.currentTimeMillis()));
    cpu = system.getProcessCpuTime() - cpu;
    Thread.sleep(500);

    int count = Math.min(starts.get(), latenesses.length);
    float[] ordered = Arrays.copyOf(latenesses, count);
    Arrays.sort(ordered);
    System.out.printf(
        Locale.ROOT,
        "{\"version\": \"%s\", \"jobs\": %d, \"expected\": %.0f, \"starts\": %d, "
            + "\"starts_per_s\": %.1f, \"late_p50_ms\": %.3f, \"late_p99_ms\": %.3f, "
            + "\"late_max_ms\": %.3f, \"cpu_us_per_start\": %.2f, \"host_rss_mb\": %.1f, "
            + "\"total_rss_mb\": %.1f}%n",
        scheduler.getMetaData().getVersion(), jobs, expected, count, count / duration,
        quantile(ordered, 0.5), quantile(ordered, 0.99), quantile(ordered, 1),
        cpu / 1e3 / Math.max(1, count), residentMegabytes(), residentMegabytes());
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }
}
