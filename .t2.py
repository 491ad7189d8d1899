import time, numpy as np
from oreflow.atlas import bundled
from oreflow.market import calibrate
from oreflow.shock.catalogue import from_library
from oreflow.respond.plan.happenings import *
from oreflow.respond.plan.markets import solve
from oreflow.respond.plan.measures import measures
from oreflow.respond.plan.supply import supply
from oreflow.respond.plan.book import firm_stage
from oreflow.respond.plan.recourse import Recourse
from oreflow.respond.plan.benders import *
w=bundled(); b=calibrate(w,scope=('lithium',))
t=time.time()
cases=[nothing(.4)]
for n in ('jianxiawo_halt_2025','zimbabwe_concentrate_export_stop'):
    sc=from_library(n)
    cases+=of_scenario(w,sc,chance=.2,months=24,draws=3,onset=(0,60))
from oreflow.shock.attack import candidates
cs=candidates(w,b,'countries',minerals=('lithium',),trade=True)
names={c.key:i for i,c in enumerate(cs)}
cases.append(of_losses(b,cs,frozenset([names['AUS']]),months=12,weight=.1,onset=36))
cases.append(of_losses(b,cs,frozenset([names['CHL']]),months=12,weight=.1,onset=36))
ms=solve(b,cases); print('markets',time.time()-t)
for m in ms: print(m.case.name, m.case.weight, m.case.onset, np.round(m.price[:,b.net.nodes.index('lithium_carbonate@CHN')]))
mm=measures(w,firm='catl')
ss=[supply(w,b,m) for m in mm]; rate=.08
for s in ss: print(s.measure.measure, round(s.price), round(s.margin), s.takes, round(s.measure.cost(s.price,s.margin,years=10,rate=rate)), round(s.measure.outlay(s.price)))
leads=np.array([[m.lead for m in mm]]*len(cases))
sec=firm_stage(w,b,ms,ss,firm='catl',leads=leads,rate=rate)
r=Recourse(sec.programme)
p=r.at(np.zeros(len(mm)),solutions=True)
print(dict(zip(sec.programme.scenarios,np.round(p.loss/1e6))))
print(np.round(sec.shortage(p.y),1))
menu=Menu(np.array([s.measure.cost(s.price,s.margin,years=10,rate=rate) for s in ss]),np.array([m.most for m in mm]),np.nan_to_num(np.array([m.lot for m in mm])))
pl=Planner(r,menu)
for lam in (0.1,.3,1,3,10):
    t=time.time(); f=pl.best(lam,tail=.1); print(lam,time.time()-t,f.rounds,f.cost/1e6,f.risk/1e6,f.gap)
    print({m.measure:round(float(x),1) for m,x in zip(mm,f.x) if x>0})
