import time, numpy as np
from oreflow.atlas import bundled
from oreflow.market import calibrate
from oreflow.shock.catalogue import from_library
from oreflow.respond.plan.happenings import *
from oreflow.respond.plan.markets import solve
from oreflow.respond.plan.measures import measures
from oreflow.respond.plan.supply import supply
from oreflow.respond.plan.second import region_stage
from oreflow.respond.plan.recourse import Recourse
from oreflow.respond.plan.benders import *
w=bundled(); b=calibrate(w,scope=('copper','lithium','gallium','graphite'))
t=time.time()
cases=[nothing(.5)]
from oreflow.shock.attack import candidates
cs=candidates(w,b,'countries',minerals=('copper','lithium','gallium','graphite'),trade=True)
names={c.key:i for i,c in enumerate(cs)}; print(names)
for k in ('CHN','CHL','AUS','CAN','PER'):
    cases.append(of_losses(b,cs,frozenset([names[k]]),months=12,weight=.1,onset=60))
ms=solve(b,cases); print('markets',time.time()-t)
mm=measures(w,region='USA',minerals=('copper','lithium','gallium','graphite'))
ss=[supply(w,b,m) for m in mm]
rate=b.net.parameter('discount_rate')
for s in ss: print(s.measure.measure, round(s.price), round(s.margin), s.takes, round(s.measure.cost(s.price,s.margin,years=10,rate=rate)), round(s.measure.outlay(s.price)))
counted=np.array([r=='USA' for r in b.net.node_region])
leads=np.array([[m.lead for m in mm]]*len(cases))
goods=['copper_refined','lithium_carbonate','gallium_refined','anode','graphite_synthetic','stationary_battery','ev_battery']
t=time.time()
sec=region_stage(b,ms,ss,counted=counted,commodities=goods,units=['']*len(goods),leads=leads,rate=rate)
print('stage',time.time()-t, sec.programme.matrix.shape)
r=Recourse(sec.programme)
t=time.time(); p=r.at(np.zeros(len(mm)),solutions=True); print('cold',time.time()-t, r.iterations)
print(dict(zip(sec.programme.scenarios,p.loss/1e6)))
print(np.round(sec.shortage(p.y),1)); print(np.round(sec.wanted[0],1))
t=time.time(); q=r.at(np.array([m.most for m in mm]),solutions=True); print('all in',time.time()-t)
print(q.loss/1e6); print(np.round(sec.shortage(q.y),1))
menu=Menu(np.array([s.measure.cost(s.price,s.margin,years=10,rate=rate) for s in ss]),np.array([m.most for m in mm]),np.nan_to_num(np.array([m.lot for m in mm])))
t=time.time(); pl=Planner(r,menu)
for lam in (0.1,.3,1,3):
    t=time.time(); f=pl.best(lam,tail=.1); print(lam,time.time()-t,f.rounds,f.cost/1e6,f.risk/1e6,f.gap)
    print({m.measure:round(float(x),1) for m,x in zip(mm,f.x) if x>0})
