#!/bin/sh
# Becomes a systemd that has this machine's files under an overlay, and no network, mounts or processes of anybody else.
# To be started in fresh mount, pid, uts, ipc, net and cgroup namespaces. $1: an empty folder. $2: what is put on top of /.
# $3…: SOURCE=TARGET, folders that are shown, read-only, at another place.
set -eu
place=$1 top=$2
shift 2
mount --make-rprivate /
mount -t tmpfs -o size=512m tmpfs "$place"
mkdir "$place/upper" "$place/work" "$place/root"
cp -a "$top/." "$place/upper/"
mount -t overlay overlay -o "lowerdir=/,upperdir=$place/upper,workdir=$place/work" "$place/root"
for pair in "$@"; do
  target="$place/root${pair#*=}"
  mkdir -p "$target"
  mount --bind "${pair%%=*}" "$target"
  mount -o remount,bind,ro "$target"
done
cd "$place/root"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys # the kernel's settings are everybody's
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs dev
for name in null zero full random urandom tty; do
  touch dev/$name
  mount --bind /dev/$name dev/$name
done
touch dev/console
mount --bind /dev/null dev/console
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mkdir -p before
pivot_root . before
umount -l /before
ip link set lo up 2>/dev/null || true
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --unit=edge-orch-test.target
