// LD_PRELOAD recorder: logs write/truncate/fsync/unlink/rename on files under $OPDIR to $OPLOG (binary). gcc -shared -fPIC -O2 -o oplog.so oplog.c -ldl
// Also a fault injector: $OPFAIL_AT=n makes the n-th logged op fail with EIO ($OPFAIL_ERR=5) or ENOSPC(28), $OPFAIL_SHORT=1 makes it a short write, $OPDIE_AT=n SIGKILLs.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include <errno.h>
#include <stdint.h>
#include <stdarg.h>
#include <signal.h>
#include <sys/stat.h>
#include <pthread.h>
static char *paths[4096]; static int lg=-2; static const char*dir; static long n=0,failat=-1,dieat=-1; static int ferr=5,fshort=0,sticky=0; static pthread_mutex_t mu=PTHREAD_MUTEX_INITIALIZER;
static ssize_t (*r_write)(int,const void*,size_t); static ssize_t (*r_pwrite)(int,const void*,size_t,off64_t); static int(*r_open)(const char*,int,...);
static void init(void){ if(lg!=-2) return; lg=-1; r_write=dlsym(RTLD_NEXT,"write"); r_pwrite=dlsym(RTLD_NEXT,"pwrite64"); r_open=dlsym(RTLD_NEXT,"open64");
 dir=getenv("OPDIR"); char*l=getenv("OPLOG"); if(getenv("OPFAIL_AT"))failat=atol(getenv("OPFAIL_AT")); if(getenv("OPDIE_AT"))dieat=atol(getenv("OPDIE_AT")); if(getenv("OPFAIL_ERR"))ferr=atoi(getenv("OPFAIL_ERR")); fshort=getenv("OPFAIL_SHORT")!=0; sticky=getenv("OPFAIL_STICKY")!=0;
 if(l&&dir) lg=r_open(l,O_WRONLY|O_CREAT|O_APPEND|O_CLOEXEC,0600); }
static int in(const char*p){ return dir&&p&&!strncmp(p,dir,strlen(dir)); }
static void rec(char op,const char*p,const char*p2,uint64_t off,const void*d,uint32_t len){ if(lg<0)return; pthread_mutex_lock(&mu); uint16_t a=strlen(p),b=p2?strlen(p2):0; char h[17]; h[0]=op; memcpy(h+1,&a,2);memcpy(h+3,&b,2);memcpy(h+5,&off,8);memcpy(h+13,&len,4); r_write(lg,h,17);r_write(lg,p,a);if(b)r_write(lg,p2,b);if(len&&d)r_write(lg,d,len); pthread_mutex_unlock(&mu);}
static int fault(void){ n++; if(dieat>0&&n==dieat) kill(getpid(),SIGKILL); if(failat>0&&(n==failat||(sticky&&n>=failat))) return 1; return 0; }
static void remember(int fd,const char*p){ if(fd>=0&&fd<4096){ free(paths[fd]); paths[fd]=in(p)?strdup(p):0; } }
#define OPEN(name) int name(const char*p,int f,...){ init(); mode_t m=0; if(f&(O_CREAT|O_TMPFILE)){va_list a;va_start(a,f);m=va_arg(a,mode_t);va_end(a);} int ex=in(p)?access(p,F_OK)==0:1; int fd=((int(*)(const char*,int,...))dlsym(RTLD_NEXT,#name))(p,f,m); remember(fd,p); if(fd>=0&&in(p)){ if(!ex)rec('C',p,0,0,0,0); if(f&O_TRUNC)rec('T',p,0,0,0,0);} return fd; }
OPEN(open) OPEN(open64)
int openat(int d,const char*p,int f,...){ init(); mode_t m=0; if(f&O_CREAT){va_list a;va_start(a,f);m=va_arg(a,mode_t);va_end(a);} int ex=in(p)?access(p,F_OK)==0:1; int fd=((int(*)(int,const char*,int,...))dlsym(RTLD_NEXT,"openat"))(d,p,f,m); remember(fd,p); if(fd>=0&&in(p)){ if(!ex)rec('C',p,0,0,0,0); if(f&O_TRUNC)rec('T',p,0,0,0,0);} return fd; }
int close(int fd){ init(); if(fd>=0&&fd<4096){free(paths[fd]);paths[fd]=0;} return ((int(*)(int))dlsym(RTLD_NEXT,"close"))(fd);}
static ssize_t dow(int fd,const void*b,size_t l,off64_t o,int pos){ char*p=(fd>=0&&fd<4096)?paths[fd]:0; if(!p) return pos?r_pwrite(fd,b,l,o):r_write(fd,b,l); if(!pos)o=lseek(fd,0,SEEK_CUR); struct stat st; int fl=fcntl(fd,F_GETFL); if(!pos&&(fl&O_APPEND)){fstat(fd,&st);o=st.st_size;}
 if(fault()){ if(fshort&&l>1){ l/=2; rec('W',p,0,o,b,l); ssize_t r=pos?r_pwrite(fd,b,l,o):r_write(fd,b,l); errno=ferr; return r;} errno=ferr; return -1;}
 rec('W',p,0,o,b,l); return pos?r_pwrite(fd,b,l,o):r_write(fd,b,l);}
ssize_t write(int fd,const void*b,size_t l){init();return dow(fd,b,l,0,0);}
ssize_t pwrite(int fd,const void*b,size_t l,off_t o){init();return dow(fd,b,l,o,1);}
ssize_t pwrite64(int fd,const void*b,size_t l,off64_t o){init();return dow(fd,b,l,o,1);}
static int dosync(int fd,const char*nm){ init(); char*p=(fd>=0&&fd<4096)?paths[fd]:0; if(p){ if(fault()){errno=ferr;return -1;} rec('S',p,0,0,0,0);} return ((int(*)(int))dlsym(RTLD_NEXT,nm))(fd);}
int fsync(int fd){return dosync(fd,"fsync");} int fdatasync(int fd){return dosync(fd,"fdatasync");}
static int dotr(int fd,off64_t l,const char*nm){ init(); char*p=(fd>=0&&fd<4096)?paths[fd]:0; if(p){ if(fault()){errno=ferr;return -1;} rec('T',p,0,l,0,0);} return ((int(*)(int,off64_t))dlsym(RTLD_NEXT,nm))(fd,l);}
int ftruncate(int fd,off_t l){return dotr(fd,l,"ftruncate");} int ftruncate64(int fd,off64_t l){return dotr(fd,l,"ftruncate64");}
int unlink(const char*p){ init(); if(in(p)){ if(fault()){errno=ferr;return -1;} rec('U',p,0,0,0,0);} return ((int(*)(const char*))dlsym(RTLD_NEXT,"unlink"))(p);}
int rename(const char*a,const char*b){ init(); if(in(a)){ if(fault()){errno=ferr;return -1;} rec('R',a,b,0,0,0);} return ((int(*)(const char*,const char*))dlsym(RTLD_NEXT,"rename"))(a,b);}
// For a process that forks one child per fault: counts from now, with other faults than the environment's.
void oplog_fault(long at,int err,int shrt,int stick,long die){ init(); n=0; failat=at; ferr=err; fshort=shrt; sticky=stick; dieat=die; }
