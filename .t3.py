import sys,time
from oreflow.atlas import bundled
from oreflow.respond.plan.specfile import load
from oreflow.respond.plan.answer import plan
w=bundled()
t=time.time()
p=plan(w,load(sys.argv[1],w),told=None)
print(time.time()-t, p.solves)
for c,l in zip(p.cases,p.losses): print(f'{c.name:40s} {c.weight:.3f} {c.onset:6.1f} {l[0]/1e6:9.1f} {l[1]/1e6:9.1f}  {c.text[:60]}')
for f in (p.nothing,*p.frontier): print(f.weight,round(f.cost/1e6),round(f.risk/1e6),round(f.expected/1e6),f.gap,{k:round(v,1) for k,v in f.sizes.items()})
for s,t in zip(p.nothing.shortages,p.chosen.shortages): print(s.commodity,s.unit,round(s.wanted),round(s.mean,2),round(s.tail,2),'->',round(t.mean,2),round(t.tail,2))
for j in p.judged: print(f'{j.measure.measure:26s} {j.size:10.1f} {j.tried:10.1f} cost {j.cost/1e6:8.1f} [{j.cost_low/1e6:.0f},{j.cost_high/1e6:.0f}] alone {j.alone:9.2f} tail {j.alone_tail:9.2f} risk {j.risk_alone/1e6:8.1f} in {j.within_tail:9.2f} {j.risk_within/1e6:8.1f} | {j.verdict}')
for r in p.regrets[:8]: print(r.case, round(r.total/1e6), round(r.best/1e6), round(r.regret/1e6), r.sizes)
